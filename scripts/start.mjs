// `npm start`: installs, builds, shows the plan of the example and runs it.
import { install, run } from './install.mjs';

install();
const lxplain = (...args) => run('bin/lxplain', args);
if (run(process.execPath, ['scripts/build.mjs']) !== 0) process.exit(1);
console.log('\nWhat starting examples/hello.xml will do (lxplain plan examples/hello.xml):\n');
if (lxplain('plan', 'examples/hello.xml') !== 0) process.exit(1);
console.log('\nThe same, run (lxplain create examples/hello.xml --console):\n');
process.exit(lxplain('create', 'examples/hello.xml', '--console'));
