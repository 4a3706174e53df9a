"""Pictures, as an operator sees them: uploaded, searched, shown, judged, and worked on without a cloud."""
