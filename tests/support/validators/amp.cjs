// AMP's own validator, without a network. usage: node amp.cjs NODE_MODULES FILE…; prints one JSON array for each file.
const fs = require("node:fs");
const path = require("node:path");

const [modules, ...files] = process.argv.slice(2);
const folder = path.join(modules, "next/dist/compiled/amphtml-validator");
const amp = require(folder);

amp.getInstance(path.join(folder, "validator_wasm.js")).then(async (validator) => {
  if (validator.init) await validator.init();
  const answers = files.map((file) => validator.validateString(fs.readFileSync(file, "utf8")).errors);
  console.log(JSON.stringify(answers.map((errors) => errors.map((each) => each.message))));
});
