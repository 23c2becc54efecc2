"""Runs mini-swe-agent's own loop and prompts on one case. Its model and its shell are the evaluation's: what it asks
goes to the bridge, so that both agents have the same model, sampling and sandbox. Prints {"exit"}."""

import json
import sys
import urllib.error
import urllib.request

import yaml
from minisweagent import package_dir
from minisweagent.agents.default import DefaultAgent
from minisweagent.environments.local import LocalEnvironment
from minisweagent.models.utils.actions_text import format_observation_messages, parse_regex_actions

ACTION = r"```mswea_bash_command\s*\n(.*?)\n```"


def ask(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    # A proxy of the environment is not for loopback.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as response:
        return json.load(response)


class BridgeModel:
    def __init__(self, url, config):
        self.url, self.config = url, config

    def query(self, messages, **kwargs):
        sent = [{"role": m["role"], "content": m["content"]} for m in messages]
        answer = ask(self.url + "/model", {"messages": sent})
        actions = parse_regex_actions(
            answer["content"],
            action_regex=ACTION,
            format_error_template=self.config["format_error_template"],
            template_kwargs={"finish_reason": answer["finish"]},
        )
        return {"role": "assistant", "content": answer["content"], "extra": {"actions": actions, "cost": 0.0}}

    def format_message(self, **kwargs):
        return kwargs

    def format_observation_messages(self, message, outputs, template_vars=None):
        template = self.config["observation_template"]
        return format_observation_messages(outputs, observation_template=template, template_vars=template_vars)

    def get_template_vars(self, **kwargs):
        return {}

    def serialize(self):
        return {}


class BridgeEnvironment(LocalEnvironment):
    def __init__(self, url, **kwargs):
        super().__init__(**kwargs)
        self.url = url

    def execute(self, action, cwd="", *, timeout=None):
        output = ask(self.url + "/run", {"command": action.get("command", ""), "env": self.config.env})
        self._check_finished(output)
        return output


def main():
    given = json.load(sys.stdin)
    config = yaml.safe_load((package_dir / "config" / "default.yaml").read_text())
    model = BridgeModel(given["url"], config["model"])
    environment = BridgeEnvironment(given["url"], cwd="/workspace", **config["environment"])
    agent = DefaultAgent(model, environment, **{**config["agent"], "step_limit": given["steps"], "cost_limit": 0.0})
    try:
        exit_status = agent.run(given["task"]).get("exit_status", "")
    except urllib.error.HTTPError as error:
        exit_status = "ModelFailed" if error.code == 502 else f"HTTP {error.code}"
    print(json.dumps({"exit": exit_status}))


main()
