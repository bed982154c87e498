"""The picture: a slice with its marks, the tools that paint on it, and the slice map.

view_state and tools know no Qt; grey, inks and fields know numpy and, on first use, opencv.
"""
