// Wrong types, missing required fields, values that are none of an enumeration: what the models themselves refuse.
import { pathToFileURL } from 'node:url';

export async function wrong_values(documents) {
  const wrong = [];
  for (const { object, model, name } of documents) {
    const { [object.kind]: Model } = await import(pathToFileURL(`${model}.js`));
    try {
      new Model(object).validate();
    } catch (error) {
      wrong.push(`${name}: ${error.message}`); // all of the object's faults, in one line
    }
  }
  return wrong;
}
