"""The built client's first line."""

import sys

from packetwave.client.app import main

sys.exit(main())
