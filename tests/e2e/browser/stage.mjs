// What scenes act on: pages, the fleet behind them, and a place to say what was not as it should be.
import { createInterface } from 'node:readline';

const DEADLINE_MS = 30_000;

export class Stage {
  #browser;
  #answers;
  #contexts = [];

  constructor(browser, told) {
    this.#browser = browser;
    this.url = told.url;
    this.shots = told.shots;
    this.picture = told.picture;
    const input = createInterface({ input: process.stdin });
    this.#answers = input[Symbol.asyncIterator]();
    const leave = () => process.exit(1);  // nobody listens any more; the browser is ended on exit
    input.on('close', leave);
    this.close = () => input.off('close', leave).close();
  }

  // Plays one scene; what it throws is a failure of its own.
  async play(name, scene) {
    try {
      await scene(this);
    } catch (error) {
      this.#tell(`${name}: broke off`, [first_lines(error)]);
    }
    for (const context of this.#contexts.splice(0)) {
      await context.close();
    }
  }

  // Looks at one thing. `look` is given a function that notes what differs; what it throws differs, too.
  async check(what, look) {
    const differences = [];
    const differ = (name, is, should_be) => {
      if (JSON.stringify(is) !== JSON.stringify(should_be)) {
        differences.push(`${name} is ${JSON.stringify(is)}, not ${JSON.stringify(should_be)}`);
      }
    };
    try {
      await look(differ);
    } catch (error) {
      differences.push(first_lines(error));
    }
    this.#tell(what, differences);
  }

  // Has the fleet changed, or the daemon stopped and started; returns once that is done.
  async ask(...what) {
    process.stdout.write(`${JSON.stringify({ ask: what })}\n`);
    await this.#answers.next();
  }

  // A page in a context of its own; `requests` has the URLs of all that it asked for.
  async open(path = '/', options = {}) {
    const context = await this.#browser.newContext({ baseURL: this.url, ...options });
    this.#contexts.push(context);
    context.setDefaultTimeout(DEADLINE_MS);
    const requests = [];
    context.on('request', (request) => requests.push(request.url()));
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.violations = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        window.violations.push({ directive: event.effectiveDirective, blocked: event.blockedURI }));
    });
    const answer = path === null ? null : await page.goto(path);
    return { page, context, requests, answer };
  }

  #tell(what, differences) {
    process.stdout.write(`${JSON.stringify({ check: what, differences })}\n`);
  }
}

function first_lines(error) {
  return String(error.message ?? error).split('\n').slice(0, 6).join('\n       ');
}
