"""The file formats: read the files of an org into the model, and apply changes to their content."""
