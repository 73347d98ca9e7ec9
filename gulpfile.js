const { rm } = require('node:fs/promises');
const { dest, src } = require('gulp');

// What tsc leaves behind: icons, codex files and Lua scripts, each beside its compiled neighbour.
const copied = ['{nodes,credentials}/**/*.{svg,png}', 'nodes/**/*.node.json', 'src/**/*.lua'];

exports.clean = () => rm('dist', { recursive: true, force: true });

exports.build = () => src(copied, { base: '.', encoding: false, allowEmpty: true }).pipe(dest('dist'));
