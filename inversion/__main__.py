"""`python -m inversion project photo.png --method w+ --out run/`"""

import sys

from inversion.cli.main import main

sys.exit(main())
