"""Gets LesionStudio ready on a machine and starts it. Imports the standard library and lesionstudio.words only."""
