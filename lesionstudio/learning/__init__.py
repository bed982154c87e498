"""What the networks do: build, train, run and save them. Imports torch, metrics, imaging; never Qt or a project."""
