"""`python -m sp_abm` is `sp-abm`."""

from sp_abm.cli import main

if __name__ == "__main__":
    main()
