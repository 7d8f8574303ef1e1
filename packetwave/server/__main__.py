"""`python -m packetwave.server`."""

import sys

from packetwave.server.app import main

if __name__ == "__main__":
    sys.exit(main())
