/**
 * Commands that a person sees before they run. This is no wall: the sandbox is, and holds them all. What is listed
 * destroys work, reaches for rights or for the outside, or hides what it does, so whoever watches should know of it.
 */
const DANGEROUS: { pattern: RegExp; why: string }[] = [
  { pattern: /\brm\s+(?:-\S+\s+)*(?:-\w*r\w*|--recursive)(?:\s+-\S+)*\s+(?:--\s+)?["']?(?:\.{1,2}\/?(?:\*|["']?(?:\s|$|[;&|]))|\*|~|\$|\/(?!tmp\/))/i, why: 'deletes whole folders' },
  { pattern: /\bfind\b[^;&|]*\s(?:-delete\b|-exec(?:dir)?\s+rm\b)/, why: 'deletes whatever a search finds' },
  { pattern: /\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*(?:push|reset|clean|rebase|filter-branch|filter-repo|gc|config|update-ref)\b/, why: 'changes a Git repository' },
  { pattern: /(?:^|[\s;&|(])(?:sudo|su|doas|chroot|mount|umount|nsenter|unshare|insmod|modprobe|setcap|mkfs\S*|shutdown|reboot)(?:\s|$)/, why: 'reaches for the system’s rights' },
  { pattern: /\bdd\b[^;&|]*\bof=|>\s*\/dev\/(?!null|stdout|stderr|tty)/, why: 'writes to devices' },
  { pattern: /\b(?:chmod|chown)\s+(?:-\S+\s+)*-\w*R/, why: 'changes rights of whole folders' },
  { pattern: /(?:^|[\s;&|(])(?:curl|wget|nc|ncat|netcat|telnet|ssh|scp|sftp|rsync|ftp)(?:\s|$)/, why: 'reaches for the network' },
  { pattern: /\b(?:npm|yarn|pnpm)\s+(?:publish|login|adduser|unpublish)\b|\btwine\s+upload\b|\b(?:docker|podman)\s+push\b|\bcargo\s+publish\b|\bgh\s+\w+/, why: 'publishes something' },
  { pattern: /\|\s*(?:sudo\s+)?(?:ba|da|z)?sh\b|\beval\s+["'$`(]|\bbase64\s+(?:-\w+\s+)*(?:-d|--decode)\b[^;&]*\|/, why: 'runs text that is not to be seen in the command' },
  { pattern: /:\s*\(\s*\)\s*\{|\bkill\s+(?:-\S+\s+)+-1\b/, why: 'attacks the machine' },
];

/** What is dangerous about a shell command; empty where nothing is seen. */
export const dangersOf = (command: string): string[] => DANGEROUS.filter(({ pattern }) => pattern.test(command)).map(({ why }) => why);
