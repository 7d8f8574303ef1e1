"""Clients connected by WebSocket, and who is told what. The server's only importer of websockets."""

from packetwave.server.hub.alerts import Alerts, Delivery
from packetwave.server.hub.hub import Hub

__all__ = ["Alerts", "Delivery", "Hub"]
