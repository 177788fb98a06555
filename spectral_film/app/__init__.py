"""The command line, a file for each command.

    main.py      joins the commands, and answers whatever goes wrong
    options.py   options that several commands share
    terminal.py  how a command reads its arguments and says what it does

Only here are the engine, its reference and its baking seen at once.
"""
