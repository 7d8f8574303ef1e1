"""The page of PC connections: who is connected, who is paired, who asks for it."""
