"""Makes a program that needs no Python out of the package: PyInstaller, what goes in, what stays out, licences."""
