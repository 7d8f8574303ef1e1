"""Who the server is and whom it trusts: its certificate, the paired PCs, the keys of a roll-out."""
