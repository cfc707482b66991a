// Fields that a kind does not have: the models' validation lets them pass, their TypeScript types do not.
import { createRequire } from 'node:module';

export function unknown_fields(modules, documents) {
  const ts = createRequire(`${modules}/`)('typescript');
  const types = types_of(ts, modules, documents);
  return documents.flatMap(({ object, name }, index) =>
    new Walk(ts, types.checker, name).walk(object, types.by_document[index], ''),
  );
}

// One source that imports the type of every document, as the compiler understands it.
function types_of(ts, modules, documents) {
  const source = `${modules}/schema.ts`;
  const text = documents
    .map(({ object, model }, index) => [`I${object.kind} as T${index}`, `${model}.js`, `v${index}: T${index}`])
    .map(([names, path, value]) => `import { ${names} } from "${path}"; export declare const ${value};`)
    .join('\n');
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (file, ...rest) =>
    file === source ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) : read(file, ...rest);
  host.fileExists = ((exists) => (file) => file === source || exists(file))(host.fileExists);
  const program = ts.createProgram([source], options, host);
  const checker = program.getTypeChecker();
  const [error] = program.getSemanticDiagnostics(program.getSourceFile(source));
  if (error) {
    throw new Error(`the models do not compile: ${ts.flattenDiagnosticMessageText(error.messageText, ' ')}`);
  }
  const by_document = program
    .getSourceFile(source)
    .statements.filter(ts.isVariableStatement)
    .map((statement) => checker.getTypeAtLocation(statement.declarationList.declarations[0].name));
  return { checker, by_document };
}

class Walk {
  constructor(ts, checker, name) {
    this.ts = ts;
    this.checker = checker;
    this.name = name;
  }

  // What is wrong at and below a value of that type. A value of another type is no matter here: see values.mjs.
  walk(value, type, path) {
    const members = type.isUnion() ? type.types : [type];
    if (Array.isArray(value)) {
      const array = members.find((member) => this.checker.isArrayType(member));
      const [element] = array ? this.checker.getTypeArguments(array) : [];
      return element ? value.flatMap((item, index) => this.walk(item, element, `${path}[${index}]`)) : [];
    }
    const objects = members.filter((member) => this.says_its_fields(member));
    if (value === null || typeof value !== 'object' || objects.length === 0) {
      return [];
    }
    return Object.entries(value).flatMap(([key, field]) => this.walk_field(field, objects, key, `${path}.${key}`));
  }

  walk_field(field, objects, key, path) {
    for (const object of objects) {
      const property = this.checker.getPropertyOfType(object, key);
      const type = property ? this.checker.getTypeOfSymbol(property) : object.getStringIndexType();
      if (type) {
        return this.walk(field, type, path);
      }
    }
    return [`${this.name}: ${path}: unknown field`];
  }

  // Not so where anything goes, as in a pod template that a custom resource leaves to others.
  says_its_fields(type) {
    const is_object = (type.flags & this.ts.TypeFlags.Object) !== 0 && !this.checker.isArrayType(type);
    return is_object && (type.getProperties().length > 0 || type.getStringIndexType() !== undefined);
  }
}
