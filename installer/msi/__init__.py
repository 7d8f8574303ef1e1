"""The client's Windows installer package (MSI): made, read and checked."""
