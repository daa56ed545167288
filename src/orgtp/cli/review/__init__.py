"""The commands of weekly reviews: hold one, and show the agenda and those that were held."""
