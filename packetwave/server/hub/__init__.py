"""Clients connected by WebSocket, and who is told what. The server's only importer of websockets."""
