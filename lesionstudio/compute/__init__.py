"""Where slow work runs: one long-lived process that owns torch and the device. Imports stdlib and numpy only."""
