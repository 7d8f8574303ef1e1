"""The built server's first line."""

import sys

from packetwave.server.app import main

sys.exit(main())
