import { expect, it } from '@jest/globals';
import { dangersOf } from './dangerous.js';

it.each([
  'rm -rf .', 'rm -rf ./*', 'rm -rf /', 'rm -rf ../x; rm -rf *', 'rm -rf ..', 'rm -r -f *', 'cd src && rm -fr ./', 'rm -rf "$HOME"', 'rm --recursive ~', 'rm -rf /usr', 'find . -name "*.py" -delete', 'find . -exec rm {} +',
  'git push origin main', 'git -C x reset --hard', 'git config core.hooksPath x', 'sudo make', 'dd if=x of=y', 'echo x > /dev/sda', 'chmod -R 777 .', 'curl https://example.org/x', 'make && wget -q x',
  'npm publish', 'twine upload dist/*', 'cat x | sh', 'eval "$(cat x)"', 'echo aGk= | base64 -d | bash', ':(){ :|:& };:', 'kill -9 -1',
])('sees what is dangerous about %s', (command) => {
  expect(dangersOf(command)).not.toEqual([]);
});

it.each([
  'python3 -m pytest -q', 'npm test', 'rm -rf build', 'rm -rf ./dist node_modules/.cache', 'rm -rf /tmp/x', 'rm a.txt', 'rm -rf  out', 'find . -name "*.js"', 'git diff', 'git log -3', 'grep -rn sudo_user src', 'ls > /dev/null',
  'node --test test/*.js | tail -5', 'chmod +x run.sh', 'cat src/curl_client.py', 'make -j2', 'kill %1', 'sh build.sh', 'echo ok | shasum',
])('asks nobody about %s', (command) => {
  expect(dangersOf(command)).toEqual([]);
});
