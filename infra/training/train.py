"""LoRA on an export of `holdfast export training`, on your own GPU. README.md beside this file says what goes wrong.

  python train.py --model google/gemma-4-E4B-it --data coding.jsonl --out coding-lora
  python train.py --model google/gemma-4-E4B-it --data coding.jsonl --check   # shows what would be learned, trains nothing
"""

import argparse
import json
import sys

import masking

IGNORED = masking.IGNORED


def arguments():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", required=True, help="folder of the weights, or their name where they are cached")
    options.add_argument("--data", required=True, help="lines of an export")
    options.add_argument("--out", default="lora", help="folder for the adapter")
    options.add_argument("--tokens", type=int, default=8192, help="longest example; of a longer one its end is taken")
    options.add_argument("--rank", type=int, default=16)
    options.add_argument("--rate", type=float, default=1e-4)
    options.add_argument("--epochs", type=float, default=1)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--check", action="store_true", help="print the first chat with what is learned of it, and end")
    return options.parse_args()


def render_of(tokenizer, tools):
    """The model's own template. A base model has none, and Gemma 3's knows no tools: they get Gemma 3's turns with the tools' words in them."""
    if "tool_calls" not in (tokenizer.chat_template or ""):
        return masking.gemma3

    def render(messages, add_generation_prompt):
        text = tokenizer.apply_chat_template(messages, tools=tools or None, tokenize=False, add_generation_prompt=add_generation_prompt)
        # The tokenizer's beginning is added once, as a token, and not by the template as well.
        return text.removeprefix(tokenizer.bos_token or "")

    return render


def examples(path, tokenizer, most):
    """Token ids and labels of each chat, as they are needed; chats of which nothing is learned are left out."""
    def tokenize(text, control):
        return tokenizer.encode(text, add_special_tokens=False, split_special_tokens=not control)

    with open(path, encoding="utf-8") as lines:
        for line in lines:
            run = json.loads(line)
            ids, labels = masking.encode(run["messages"], render_of(tokenizer, run["tools"]), tokenize, tokenizer.bos_token_id)
            window = masking.cut(ids, labels, most)
            if window:
                yield {"input_ids": window[0], "labels": window[1]}


def check(tokenizer, data, most):
    example = next(examples(data, tokenizer, most), None)
    if example is None:
        sys.exit("nothing of it would be learned")
    for token, label in zip(example["input_ids"], example["labels"]):
        print("%s %7d %r" % ("learn" if label != IGNORED else "     ", token, tokenizer.decode([token])))


def linear_targets(model, torch):
    """Names of the language model's linear layers: what `all-linear` means to say, without the towers and the head."""
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and not any(part in name for part in ("vision", "audio", "embed", "lm_head"))
    ]


def main():
    args = arguments()
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    if args.check:
        return check(tokenizer, args.data, args.tokens)

    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMultimodalLM, Trainer, TrainingArguments

    torch.manual_seed(args.seed)
    # Gemma 4 is a model of several media: AutoModelForCausalLM would load a part of it, or other names of weights.
    many = hasattr(AutoConfig.from_pretrained(args.model), "text_config")
    model = (AutoModelForMultimodalLM if many else AutoModelForCausalLM).from_pretrained(args.model, dtype=torch.bfloat16, device_map="auto")
    targets = linear_targets(model, torch)
    print("%d layers get an adapter, the first is %s" % (len(targets), targets[0]))
    model = get_peft_model(model, LoraConfig(r=args.rank, lora_alpha=2 * args.rank, lora_dropout=0.0, target_modules=targets, task_type="CAUSAL_LM"))
    model.enable_input_require_grads()

    data = list(examples(args.data, tokenizer, args.tokens))
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id

    def collate(batch):
        longest = max(len(e["input_ids"]) for e in batch)
        fill = lambda key, value: torch.tensor([e[key] + [value] * (longest - len(e[key])) for e in batch])
        ids = fill("input_ids", pad)
        mask = torch.tensor([[1] * len(e["input_ids"]) + [0] * (longest - len(e["input_ids"])) for e in batch])
        inputs = {"input_ids": ids, "attention_mask": mask, "labels": fill("labels", IGNORED)}
        # Gemma 4 wants to be told in training which tokens are text: all of them.
        return {**inputs, "token_type_ids": torch.zeros_like(ids), "mm_token_type_ids": torch.zeros_like(ids)} if many else inputs

    training = TrainingArguments(
        output_dir=args.out, per_device_train_batch_size=1, gradient_accumulation_steps=8, num_train_epochs=args.epochs, learning_rate=args.rate,
        lr_scheduler_type="cosine", warmup_ratio=0.05, bf16=True, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": False},
        logging_steps=1, save_strategy="epoch", report_to=[], remove_unused_columns=False, seed=args.seed,
    )
    Trainer(model=model, args=training, train_dataset=data, data_collator=collate).train()
    model.save_pretrained(args.out)
    tokenizer.save_pretrained(args.out)


if __name__ == "__main__":
    main()
