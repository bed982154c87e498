"""What the user sees: PySide6. Never torch, never `learning`; slow work goes through jobs.py."""
