"""The parts of the window: each shows plain values and forwards what is asked for; none knows Session or files."""
