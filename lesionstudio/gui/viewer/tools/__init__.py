"""Tools: what mouse and keys over the picture do to the mask. No Qt: places come as voxels, keys as meanings."""
