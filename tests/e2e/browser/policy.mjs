// What peers say is text, never markup; and if it were markup, the Content-Security-Policy would stop it.

export async function hostile(stage) {
  // Without the policy, too: nothing is left to it.
  for (const bypassCSP of [false, true]) {
    const { page } = await stage.open(null, { bypassCSP });
    for (const path of ['/', '/targets/hostile', '/targets/hostile-redis']) {
      await stage.check(`${path}: markup of a peer is text${bypassCSP ? ', without the policy' : ''}`, async (differ) => {
        await page.goto(path);
        await page.waitForFunction(() => document.body.textContent.includes('<script>window.pwned=1</script>'));
        await page.evaluate(() => document.querySelectorAll('details').forEach((each) => { each.open = true; }));
        differ('what ran', await page.evaluate(() => window.pwned ?? null), null);
        const planted = await page.evaluate(() => document.querySelectorAll(
          'script:not([src]), img, svg[onload], [onload], [onerror], a[href^="javascript"]').length);
        differ('elements that were planted', planted, 0);
        differ('violations', await page.evaluate(() => window.violations), []);
      });
    }
  }
  const { page } = await stage.open(null);
  for (const path of ['/logs?target=hostile', '/probe?target=hostile&debug=true', '/gate/hostile', '/api/v1/status',
    '/config', '/targets/%3Cscript%3Ewindow.pwned=6%3C%2Fscript%3E', '/%3Cscript%3Ewindow.pwned=7%3C%2Fscript%3E',
    '/gate/%3Cscript%3Ewindow.pwned=8%3C%2Fscript%3E', '/probe?target=%3Cscript%3Ewindow.pwned=9%3C/script%3E']) {
    await stage.check(`${path}: is not taken for a page`, async (differ) => {
      const answer = await page.goto(path);
      const type = answer.headers()['content-type'] ?? '';
      differ('whether it is text or JSON', /^(text\/plain|application\/json)/.test(type), true);
      differ('sniffing', answer.headers()['x-content-type-options'], 'nosniff');
      differ('what ran', await page.evaluate(() => window.pwned ?? null), null);
    });
  }
}

const ELSEWHERE = 'http://telltale.invalid';

// What an intruder would do who got markup or script into the page, and the directive that must stop it. Each runs in
// the page, from a timer: what the debugger runs itself is above the policy.
const ATTACKS = [
  ['an inline script', 'script-src-elem', () => {
    const script = document.createElement('script');
    script.textContent = 'window.pwned = 1';
    document.body.append(script);
  }],
  ['a handler in an attribute', 'script-src-attr', () => {
    const button = document.createElement('button');
    button.setAttribute('onclick', 'window.pwned = 1');
    document.body.append(button);
    button.click();
  }],
  ['eval', 'script-src', () => { window.eval('window.pwned = 1'); }],
  ['a timer of text', 'script-src', () => { setTimeout('window.pwned = 1', 0); }],
  ['a script of another host', 'script-src-elem', (elsewhere) => {
    const script = document.createElement('script');
    script.src = `${elsewhere}/x.js`;
    document.body.append(script);
  }],
  ['a script in a data: URL', 'script-src-elem', () => {
    const script = document.createElement('script');
    script.src = 'data:text/javascript,window.pwned=1';
    document.body.append(script);
  }],
  ['a javascript: link', 'script-src-elem', () => {
    const link = document.createElement('a');
    link.href = 'javascript:window.pwned=1';
    document.body.append(link);
    link.click();
  }],
  ['an inline style sheet', 'style-src-elem', () => {
    const style = document.createElement('style');
    style.textContent = 'body { display: none }';
    document.body.append(style);
  }],
  ['a style in an attribute', 'style-src-attr', () => { document.body.setAttribute('style', 'display: none'); }],
  ['an image of another host', 'img-src', (elsewhere) => { new Image().src = `${elsewhere}/x.png`; }],
  ['a fetch from another host', 'connect-src', (elsewhere) => { fetch(`${elsewhere}/`).catch(() => {}); }],
  ['a beacon to another host', 'connect-src', (elsewhere) => { navigator.sendBeacon(`${elsewhere}/`, 'x'); }],
  ['a socket to another host', 'connect-src', (elsewhere) => {
    try { new WebSocket(elsewhere.replace('http', 'ws')); } catch { /* as good as blocked */ }
  }],
  ['a frame of another host', 'frame-src', (elsewhere) => {
    const frame = document.createElement('iframe');
    frame.src = `${elsewhere}/`;
    document.body.append(frame);
  }],
  ['an object', 'object-src', (elsewhere) => {
    const object = document.createElement('object');
    object.data = `${elsewhere}/x.html`;
    document.body.append(object);
  }],
  ['a form to another host', 'form-action', (elsewhere) => {
    const form = document.createElement('form');
    form.action = `${elsewhere}/`;
    document.body.append(form);
    form.submit();
  }],
  ['another base', 'base-uri', (elsewhere) => {
    const base = document.createElement('base');
    base.href = `${elsewhere}/`;
    document.head.append(base);
  }],
];

export async function policy(stage) {
  await stage.check('the policy forbids by default and has no loophole', async (differ) => {
    const { answer } = await stage.open('/');
    const headers = answer.headers();
    const text = headers['content-security-policy'] ?? '';
    const directives = Object.fromEntries(text.split(';').map((each) => {
      const [name, ...sources] = each.trim().split(/\s+/);
      return [name, sources.join(' ')];
    }));
    differ('default-src', directives['default-src'], "'none'");
    differ('frame-ancestors', directives['frame-ancestors'], "'none'");
    differ('loopholes', text.match(/unsafe-\S+|\*|data:|blob:|https?:/g), null);
    differ('sniffing', headers['x-content-type-options'], 'nosniff');
    differ('referrer', headers['referrer-policy'], 'no-referrer');
  });
  for (const path of ['/', '/targets/orca']) {
    const { page, context } = await stage.open(path);
    const left = [];
    context.on('requestfinished', (request) => left.push(request.url()));
    for (const [what, directive, attack] of ATTACKS) {
      await stage.check(`${path}: ${what} is stopped`, async (differ) => {
        await page.evaluate(() => { window.violations = []; });
        await page.evaluate(`void setTimeout(() => (${attack})(${JSON.stringify(ELSEWHERE)}), 0)`);
        await page.waitForFunction((name) => window.violations.some((each) => each.directive.startsWith(name)), directive,
          { timeout: 5_000 });
        differ('what ran', await page.evaluate(() => window.pwned ?? null), null);
        differ('requests to elsewhere', left.filter((url) => url.startsWith(ELSEWHERE)), []);
      });
    }
  }
}
