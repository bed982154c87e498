"""Packages for Linux: a .deb for Debian and Ubuntu, and a .tar.gz with a script that installs it for one person."""
