module.exports = require('./dist/src');
