import assert from 'node:assert/strict';
import test from 'node:test';
import { candidateNames, parseResolvConf } from './resolv-conf.ts';

const FILES = [
  { name: 'nothing', text: '', conf: { servers: [], search: [], ndots: 1 } },
  {
    name: 'servers, search list and ndots',
    text: 'nameserver 10.0.0.1\nnameserver fe80::1%eth0 ignored\nsearch a.test b.test.\noptions timeout:1 ndots:5 rotate\n',
    conf: { servers: ['10.0.0.1', 'fe80::1%eth0'], search: ['a.test', 'b.test.'], ndots: 5 },
  },
  {
    name: 'comments, unknown lines, tabs and carriage returns',
    text: '# nameserver 10.0.0.9\n; search x\n\tnameserver\t10.0.0.1\r\nsortlist 1.2.3.4\nnameserver\n\n',
    conf: { servers: ['10.0.0.1'], search: [], ndots: 1 },
  },
  { name: 'a domain after a search list', text: 'search a b\ndomain c d', conf: { servers: [], search: ['c'], ndots: 1 } },
  { name: 'a search list after a domain', text: 'domain c\nsearch a b', conf: { servers: [], search: ['a', 'b'], ndots: 1 } },
  { name: 'an empty domain', text: 'search a b\ndomain', conf: { servers: [], search: [], ndots: 1 } },
  { name: 'too many ndots', text: 'options ndots:99', conf: { servers: [], search: [], ndots: 15 } },
  { name: 'ndots below 0', text: 'options ndots:-3', conf: { servers: [], search: [], ndots: 0 } },
  { name: 'ndots that are no number', text: 'options ndots:x', conf: { servers: [], search: [], ndots: 0 } },
  { name: 'the last of several ndots', text: 'options ndots:3\noptions ndots:2', conf: { servers: [], search: [], ndots: 2 } },
];

for (const { name, text, conf } of FILES) {
  test(`C-132 resolv.conf with ${name}`, () => assert.deepEqual(parseResolvConf(text), conf));
}

const CANDIDATES = [
  { name: 'a.b', search: [], ndots: 1, tried: ['a.b.'], why: 'without a search list a name is tried as it is' },
  { name: 'a', search: ['x.test', 'y.test.'], ndots: 1, tried: ['a.x.test.', 'a.y.test.', 'a.'], why: 'few dots: the search list first' },
  { name: 'a.b', search: ['x', 'y'], ndots: 1, tried: ['a.b.', 'a.b.x.', 'a.b.y.'], why: 'enough dots: the name itself first' },
  { name: 'a.b', search: ['x'], ndots: 2, tried: ['a.b.x.', 'a.b.'], why: 'a raised ndots asks for more dots' },
  { name: 'a', search: ['x'], ndots: 0, tried: ['a.', 'a.x.'], why: 'with ndots 0 the name itself is always first' },
  { name: 'a.', search: ['x'], ndots: 5, tried: ['a.'], why: 'a final dot turns the search list off' },
  { name: 'a.b', search: ['.', 'x'], ndots: 1, tried: ['a.b.', 'a.b.x.'], why: 'the root as search domain adds nothing' },
  { name: '_s._tcp', search: ['x'], ndots: 5, tried: ['_s._tcp.x.', '_s._tcp.'], why: 'names of services are searched for like others' },
];

for (const { why, tried, name, ...conf } of CANDIDATES) {
  test(`C-132 ${why}`, () => assert.deepEqual(candidateNames(name, conf), tried));
}
