"""What more than one actor knows about pictures: recipes, decoding, encoding. Pure: knows no cloud."""
