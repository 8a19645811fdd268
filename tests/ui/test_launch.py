"""Where the page is served, and what is said when it cannot be."""

import socket

import gradio as gr
import pytest

from tests.ui.doubles import studio
from ui.launch import launch

# Gradio leaves the socket that it tried a port with to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket.socket:ResourceWarning")


@pytest.fixture
def blocks() -> gr.Blocks:
    with gr.Blocks() as blocks:
        return blocks


def test_a_port_that_is_taken_is_told_in_a_sentence(blocks: gr.Blocks) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit, match="the port is taken, .* --port"):
            launch(blocks, studio(), port=taken.getsockname()[1])


def test_a_port_that_does_not_exist_is_told_so_too(blocks: gr.Blocks) -> None:
    with pytest.raises(SystemExit, match="cannot be served there"):
        launch(blocks, studio(), port=99999)
