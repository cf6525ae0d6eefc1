"""Files that people add: told by their content, made safe, kept on a shelf outside the web; no models, no rights."""
