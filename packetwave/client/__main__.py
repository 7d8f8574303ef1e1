"""`python -m packetwave.client`."""

import sys

from packetwave.client.app import main

sys.exit(main())
