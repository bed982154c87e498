"""What the user works through: a study's folder, its scans and how far each is, the models made from it.

Imports imaging and what lies below it; no Qt, no torch.
"""
