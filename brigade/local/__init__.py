"""The local cloud: started, recorded, asked, stopped."""
