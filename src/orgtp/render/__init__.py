"""How it is shown: a view becomes text, JSON, Mermaid, DOT or SVG. Text of users goes through `page.say`, always."""
