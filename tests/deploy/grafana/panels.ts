// What a dashboard of ours may consist of: Grafana's own types, made strict.
// Enums are what stands in JSON, and what Grafana leaves open (queries, transformations, properties of overrides) is
// closed: a field, an option or a property that Grafana does not know is an error of tsc.

import type {
  AnnotationQuery,
  Dashboard,
  FieldConfig,
  GraphFieldConfig,
  MatcherConfig,
  Panel,
  RowPanel,
  TableFieldOptions,
  TableOptions,
  VariableModel,
} from '@grafana/schema';
import type { Options as BarGaugeOptions } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as TimelineFieldConfig,
  Options as TimelineOptions,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as TimeSeriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

// An enum's member as JSON has it, at any depth.
type Plain<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends Array<infer Item>
      ? Array<Plain<Item>>
      : T extends object
        ? { [Key in keyof T]: Plain<T[Key]> }
        : T;

type Source = { type: 'prometheus'; uid: '${datasource}' };

// Of the data source, whose types are in no package of npm's.
type Query = {
  datasource: Source;
  refId: string;
  expr: string;
  legendFormat: string;
  range: boolean;
  instant: boolean;
  format?: 'table';
};

// Of @grafana/data's transformers: those that are used.
type Transformation =
  | { id: 'merge'; options: Record<string, never> }
  | { id: 'sortBy'; options: { fields: Record<string, never>; sort: Array<{ field: string; desc?: boolean }> } }
  | {
      id: 'organize';
      options: {
        excludeByName: Record<string, boolean>;
        indexByName: Record<string, number>;
        renameByName: Record<string, string>;
      };
    }
  | {
      id: 'groupingToMatrix';
      options: { columnField: string; rowField: string; valueField: string; emptyValue: 'empty' | 'null' };
    };

type DataLink = { title: string; url: string; targetBlank: boolean };
type Defaults = Omit<FieldConfig, 'custom' | 'links'> & { links?: DataLink[] };
type Property<Custom> =
  | { [Key in keyof Defaults & string]-?: { id: Key; value: Plain<Defaults[Key]> } }[keyof Defaults & string]
  | {
      [Key in keyof Custom & string]-?: { id: `custom.${Key}`; value: Plain<Custom[Key]> };
    }[keyof Custom & string];

type PanelWith<Type extends string, Options, Custom> = Omit<
  Plain<Panel>,
  'type' | 'datasource' | 'targets' | 'options' | 'fieldConfig' | 'transformations'
> & {
  type: Type;
  datasource: Source;
  targets: Query[];
  options: Plain<Partial<Options>>;
  fieldConfig: {
    defaults: Plain<Defaults> & { custom?: Plain<Partial<Custom>> };
    overrides: Array<{ matcher: MatcherConfig<string>; properties: Array<Property<Custom>> }>;
  };
  transformations?: Transformation[];
};

type NoCustom = Record<never, never>;

export type Panels = {
  stat: PanelWith<'stat', StatOptions, NoCustom>;
  bargauge: PanelWith<'bargauge', BarGaugeOptions, NoCustom>;
  timeseries: PanelWith<'timeseries', TimeSeriesOptions, GraphFieldConfig>;
  'state-timeline': PanelWith<'state-timeline', TimelineOptions, TimelineFieldConfig>;
  table: PanelWith<'table', TableOptions, TableFieldOptions>;
  row: Omit<Plain<RowPanel>, 'panels'> & { panels: never[] };
};

type Annotation = Omit<Plain<AnnotationQuery>, 'datasource' | 'target'> & {
  datasource: Source;
  target: { refId: string; expr: string };
  expr: string;
  titleFormat: string;
  textFormat: string;
  tagKeys: string;
  useValueForTime: boolean;
};
type Variable = Omit<Plain<VariableModel>, 'datasource' | 'query'> & {
  datasource?: Source;
  query: string | { query: string; refId: string };
};

// A dashboard whose panels are looked at one by one.
export type Board = Omit<Plain<Dashboard>, 'panels' | 'annotations' | 'templating'> & {
  panels: never[];
  annotations: { list: Annotation[] };
  templating: { list: Variable[] };
};
