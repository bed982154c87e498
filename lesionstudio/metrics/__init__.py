"""How much, how good: areas, volumes, agreement and distances. numpy and scipy only."""
