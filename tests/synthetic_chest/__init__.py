"""A chest made of formulas, in HU: the sample study is cut from it. numpy and scipy; imports nothing of lesionstudio.

Coordinates are millimetres of the patient: left (towards the patient's left), back (towards the spine), height
(towards the head); the origin lies in the middle of the chest at the height of the diaphragm. Nothing here is taken
from a real picture: only sizes, HU ranges and shapes as anatomy books give them.
"""
