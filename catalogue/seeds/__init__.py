"""What fills an empty database: the demonstration district (示例), made through the same operations as the pages."""
