"""Which tokens of a chat are learned.

No chat template of Gemma marks the assistant's words for `return_assistant_tokens_mask`, and a mask by searching for
`<start_of_turn>model` learns every turn, the ones that went wrong included. Here the labels follow from the `train`
flag of each message: the chat is rendered once, cut where a learned turn begins and ends, and each piece is turned
into tokens by itself. So no token lies across the edge of a turn, and the tokens are those that the model would have
written: at inference, too, its turn begins after the tokens of `<start_of_turn>model` and a line break.

Nothing but the standard library is used, so that the tests can run this without a GPU stack.
"""

import json
import re
import sys

IGNORED = -100
# What may hold a marker of a vocabulary is taken out before rendering and put back as letters: words of a document
# can neither open a turn nor end one.
SUSPECT = re.compile("[<\\[\ue000\ue001]")
HOLDER = re.compile("\ue000(\\d+)\ue001")
# What a turn of the model ends with: Gemma 3's, Gemma 4's, and Gemma 4's where it waits for the result of a call.
ENDS = ("<end_of_turn>", "<turn|>", "<|tool_response>")
# Gemma 4's template opens a turn without thought so, and leaves it out of the turns that lie behind.
NO_THOUGHT = "<|channel>thought\n<channel|>"


def gemma3(messages, add_generation_prompt):
    """Gemma 3's turns. `pieces` has put the messages into turns before."""
    text = "".join("<start_of_turn>%s\n%s<end_of_turn>\n" % ("model" if m["role"] == "assistant" else "user", m["content"]) for m in messages)
    return text + ("<start_of_turn>model\n" if add_generation_prompt else "")


def _turns(messages):
    """Gemma 3 knows two sides: system and tool words are the user's, and a call is the model's words in JSON."""
    turns = []
    for message in messages:
        role = "assistant" if message["role"] == "assistant" else "user"
        turn = {"role": role, "content": _words(message), "train": message.get("train", False)}
        if turn["train"] and role == "user":
            raise ValueError("what is not the assistant's is marked to be learned")
        last = turns[-1] if turns else None
        if last and last["role"] == role:
            content = "\n\n".join(part for part in (last["content"], turn["content"]) if part)
            turns[-1] = {"role": role, "content": content, "train": last["train"] and turn["train"]}
        else:
            turns.append(turn)
    return turns


def _words(message):
    content = message.get("content", "").strip()
    if message["role"] == "tool":
        return "Result of %s:\n%s" % (message.get("name", "the tool"), content)
    calls = [_compact({"name": c["function"]["name"], "parameters": c["function"]["arguments"]}) for c in message.get("tool_calls", [])]
    return "\n".join(part for part in [content] + calls if part)


def _compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def pieces(messages, render):
    """The chat as pieces of (text, control, train): `control` text may hold special tokens, other text never does.

    `render(messages, add_generation_prompt)` is the chat template. Raises ValueError where the template writes an
    earlier part of the chat differently once more follows: what would be learned then isn't what was said.
    """
    held = []
    messages = _turns(messages) if render is gemma3 else _joined(messages)
    safe = [_protected(message, held, render is gemma3) for message in messages]
    text = render(safe, False)
    cuts, at = [], 0
    for i, message in enumerate(messages):
        if not message.get("train"):
            continue
        if message["role"] != "assistant":
            raise ValueError("what is not the assistant's is marked to be learned")
        before, through = render(safe[:i], True), render(safe[: i + 1], False)
        if not through.startswith(before) and before.endswith(NO_THOUGHT):
            before = before[: -len(NO_THOUGHT)]
        # The end of the turn is learned, the line break behind it is the template's.
        through = through.rstrip("\n")
        if not (through.startswith(before) and text.startswith(through)):
            raise ValueError("the chat template writes the part before message %d differently once more follows" % i)
        if not through.endswith(ENDS):
            raise ValueError("message %d does not end with the end of a turn" % i)
        cuts += [(at, len(before), False), (len(before), len(through), True)]
        at = len(through)
    cuts.append((at, len(text), False))
    return [piece for start, stop, train in cuts for piece in _uncovered(text[start:stop], held, train)]


def _joined(messages):
    """Turns of the assistant's that follow each other are one turn of the model's, learned only where each of them is."""
    joined = []
    for message in messages:
        last = joined[-1] if joined else None
        if last and last["role"] == message["role"] == "assistant":
            content = "\n\n".join(part for part in (last["content"].strip(), message["content"].strip()) if part)
            joined[-1] = {**last, "content": content, "tool_calls": last.get("tool_calls", []) + message.get("tool_calls", []), "train": bool(last.get("train") and message.get("train"))}
        else:
            joined.append(message)
    return joined


def _protected(message, held, all_of_it):
    def protect(text):
        if not text or not (all_of_it or SUSPECT.search(text)):
            return text
        held.append(text)
        return "\ue000%d\ue001" % (len(held) - 1)

    def deep(value):
        if isinstance(value, str):
            return protect(value)
        if isinstance(value, list):
            return [deep(item) for item in value]
        if isinstance(value, dict):
            return {protect(name): deep(item) for name, item in value.items()}
        return value

    safe = {key: message[key] for key in ("role", "content", "name") if key in message}
    safe["content"] = protect(safe.get("content", "").strip())
    if message.get("tool_calls"):
        safe["tool_calls"] = [{"type": "function", "function": {"name": protect(c["function"]["name"]), "arguments": deep(c["function"]["arguments"])}} for c in message["tool_calls"]]
    return safe


def _uncovered(text, held, train):
    for at, part in enumerate(HOLDER.split(text)):
        if at % 2:
            yield held[int(part)], False, train
        elif part:
            yield part, True, train


def encode(messages, render, tokenize, bos=None):
    """Token ids and labels: a token's own id where it is learned, -100 elsewhere.

    `tokenize(text, control)` gives ids without adding any.
    """
    ids, labels = ([], []) if bos is None else ([bos], [IGNORED])
    for text, control, train in pieces(messages, render):
        tokens = list(tokenize(text, control))
        ids += tokens
        labels += tokens if train else [IGNORED] * len(tokens)
    return ids, labels


def cut(ids, labels, most):
    """The last window of at most `most` tokens that ends with something learned; None where nothing is."""
    end = max((i + 1 for i, label in enumerate(labels) if label != IGNORED), default=0)
    start = max(0, end - most)
    return (ids[start:end], labels[start:end]) if any(label != IGNORED for label in labels[start:end]) else None


if __name__ == "__main__":
    # For the tests: chats as lines of an export on stdin, their pieces as lines of JSON on stdout.
    for line in sys.stdin:
        print(json.dumps(pieces(json.loads(line)["messages"], gemma3)))
