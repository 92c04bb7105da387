//! Which file imports from which, read from the sources.
//!
//! A path is followed to the file that defines what it names: a `pub use` is
//! an address, not a dependency, so that `mod.rs` may list what its folder
//! offers. Test modules are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree};

type ModulePath = Vec<String>;

/// One source file.
pub(crate) struct Source {
    /// Relative to `src`, such as `engine/plan.rs`.
    pub path: String,
    /// Without test modules and comments.
    pub code: String,
}

/// The crate's modules, and the imports between its files.
#[derive(Default)]
pub(crate) struct Graph {
    modules: BTreeMap<ModulePath, Module>,
    pub sources: Vec<Source>,
}

/// What one module defines, lists and uses.
#[derive(Default)]
struct Module {
    file: String,
    /// What it defines, and the modules in it.
    items: BTreeSet<String>,
    /// What it imports: the name here, and the path, from the crate's root.
    imports: BTreeMap<String, Vec<String>>,
    /// The names that it imports for others.
    listed: BTreeSet<String>,
    /// Everything of these modules is imported.
    globs: Vec<Vec<String>>,
    /// Every path that is written in it.
    paths: BTreeSet<Vec<String>>,
}

/// An import: which file, from which, and the names.
pub(crate) type Edges = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

impl Graph {
    /// Reads this library's sources.
    pub(crate) fn read() -> Self {
        let graph = Self::read_from(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        assert!(graph.sources.len() > 20, "the sources were found");
        graph
    }

    /// Reads a library from its `lib.rs` on.
    pub(crate) fn read_from(root: &Path) -> Self {
        let mut graph = Self::default();
        graph.read_file(root, &root.join("lib.rs"), root, Vec::new());
        graph
    }

    fn read_file(&mut self, root: &Path, file: &Path, folder: &Path, path: ModulePath) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let relative = file.strip_prefix(root).unwrap().to_string_lossy();
        self.sources.push(Source {
            path: relative.to_string(),
            code: code(&text),
        });
        self.read_module(root, &relative, folder, path, &parsed.items);
    }

    fn read_module(
        &mut self,
        root: &Path,
        file: &str,
        folder: &Path,
        path: ModulePath,
        items: &[Item],
    ) {
        let mut module = Module {
            file: file.to_owned(),
            ..Module::default()
        };
        for item in items {
            if let Some(name) = name_of(item) {
                module.items.insert(name);
            }
            match item {
                Item::Mod(child) if !is_test(&child.attrs) => {
                    self.read_child(root, file, folder, &path, child);
                }
                Item::Use(import) if !is_test(&import.attrs) => {
                    let listed = !matches!(import.vis, syn::Visibility::Inherited);
                    module.import(&path, import, listed);
                }
                _ => {}
            }
        }
        for item in items {
            if !matches!(item, Item::Mod(_) | Item::Use(_)) {
                Paths(&mut module, &path).visit_item(item);
            }
        }
        self.modules.insert(path, module);
    }

    fn read_child(
        &mut self,
        root: &Path,
        file: &str,
        folder: &Path,
        path: &ModulePath,
        child: &ItemMod,
    ) {
        let name = child.ident.to_string();
        let inner = [path.clone(), vec![name.clone()]].concat();
        let beneath = folder.join(&name);
        if let Some((_, items)) = &child.content {
            self.read_module(root, file, &beneath, inner, items);
            return;
        }
        let candidates: [PathBuf; 2] = [folder.join(format!("{name}.rs")), beneath.join("mod.rs")];
        let found = candidates.iter().find(|path| path.is_file());
        let found = found.unwrap_or_else(|| panic!("no file for {inner:?}"));
        self.read_file(root, found, &beneath, inner);
    }

    /// Returns the file and name that a path from the root leads to, if it
    /// leads to something of this crate.
    fn follow(&self, path: &[String], depth: usize) -> Option<(&str, String)> {
        let (module, rest) = self.innermost(path)?;
        let Some(name) = rest.first() else {
            return Some((&module.file, path.last().cloned().unwrap_or_default()));
        };
        if depth > 8 {
            return None;
        }
        if let Some(target) = module.imports.get(name) {
            let onward = [target.as_slice(), &rest[1..]].concat();
            return self.follow(&onward, depth + 1);
        }
        if module.items.contains(name) {
            return Some((&module.file, name.clone()));
        }
        let mut globs = module.globs.iter();
        globs.find_map(|glob| self.follow(&[glob.as_slice(), rest].concat(), depth + 1))
    }

    /// The innermost module on a path, and what is left of the path.
    fn innermost<'p>(&self, path: &'p [String]) -> Option<(&Module, &'p [String])> {
        let lengths = (0..=path.len()).rev();
        let mut found = lengths.filter_map(|length| {
            let (head, tail) = path.split_at(length);
            Some((self.modules.get(head)?, tail))
        });
        found.next()
    }

    /// Every import from one file to another.
    pub(crate) fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (path, module) in &self.modules {
            for (target, name) in self.targets(path, module) {
                if target != module.file {
                    let from = edges.entry(module.file.clone()).or_default();
                    from.entry(target.to_owned()).or_default().insert(name);
                }
            }
        }
        edges
    }

    fn targets(&self, path: &ModulePath, module: &Module) -> Vec<(&str, String)> {
        let mut targets = Vec::new();
        for (name, import) in &module.imports {
            // A module that is imported counts where something of it is named.
            if !module.listed.contains(name) && !self.modules.contains_key(import) {
                targets.extend(self.follow(import, 0));
            }
        }
        for written in self.paths_of(path, module) {
            targets.extend(self.follow(&written, 0));
        }
        targets
    }

    /// The paths in a module's code, from the root; not its imports.
    fn paths_of(&self, path: &ModulePath, module: &Module) -> Vec<Vec<String>> {
        let absolute = |written: &Vec<String>| {
            let first = written.first()?;
            match module.imports.get(first) {
                Some(import) if self.modules.contains_key(import) => {
                    Some([import.as_slice(), &written[1..]].concat())
                }
                Some(_) => None,
                None if module.items.contains(first) => Some([path.as_slice(), written].concat()),
                None => Some(written.clone()),
            }
        };
        module.paths.iter().filter_map(absolute).collect()
    }

    /// Every path to something of this crate, as it is written, with the file
    /// and the module in which it stands.
    pub(crate) fn written(&self) -> Vec<(&str, ModulePath, Vec<String>)> {
        let mut all = Vec::new();
        for (path, module) in &self.modules {
            let imports = module.imports.values().chain(&module.globs).cloned();
            for written in imports.chain(self.paths_of(path, module)) {
                let is_ours = written
                    .first()
                    .is_some_and(|top| self.modules.contains_key(std::slice::from_ref(top)));
                if is_ours {
                    all.push((module.file.as_str(), path.clone(), written));
                }
            }
        }
        all
    }

    /// The groups of files that import each other, each in the order of names.
    pub(crate) fn circles(&self) -> Vec<Vec<String>> {
        let edges = self.edges();
        let reach: BTreeMap<&String, BTreeSet<&String>> = edges
            .keys()
            .map(|file| (file, reachable(&edges, file)))
            .collect();
        let mut circles = BTreeSet::new();
        for (file, from_here) in &reach {
            let back = |other: &&&String| reach.get(**other).is_some_and(|r| r.contains(file));
            let circle: Vec<String> = from_here
                .iter()
                .filter(back)
                .map(|f| (**f).clone())
                .collect();
            if from_here.contains(file) {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }
}

fn reachable<'e>(edges: &'e Edges, file: &String) -> BTreeSet<&'e String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = edges
        .get(file)
        .into_iter()
        .flat_map(|to| to.keys())
        .collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(edges.get(next).into_iter().flat_map(|to| to.keys()));
        }
    }
    reached
}

impl Module {
    fn import(&mut self, path: &ModulePath, import: &ItemUse, listed: bool) {
        self.tree(path, &import.tree, Vec::new(), listed);
    }

    fn tree(&mut self, path: &ModulePath, tree: &UseTree, mut prefix: Vec<String>, listed: bool) {
        let add = |this: &mut Self, local: String, full: Vec<String>| {
            if listed {
                this.listed.insert(local.clone());
            }
            this.imports.insert(local, full);
        };
        match tree {
            UseTree::Path(step) => {
                prefix.push(step.ident.to_string());
                self.tree(path, &step.tree, prefix, listed);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(path, tree, prefix.clone(), listed);
                }
            }
            UseTree::Name(name) if name.ident == "self" => {
                let local = prefix.last().cloned().unwrap_or_default();
                if let Some(full) = absolute(path, &prefix) {
                    add(self, local, full);
                }
            }
            UseTree::Name(name) => {
                prefix.push(name.ident.to_string());
                if let Some(full) = absolute(path, &prefix) {
                    add(self, name.ident.to_string(), full);
                }
            }
            UseTree::Rename(rename) => {
                prefix.push(rename.ident.to_string());
                if let Some(full) = absolute(path, &prefix) {
                    let local = rename.rename.to_string();
                    // `as _` brings a trait in without a name.
                    let local = if local == "_" {
                        prefix.join("::")
                    } else {
                        local
                    };
                    add(self, local, full);
                }
            }
            UseTree::Glob(_) => self.globs.extend(absolute(path, &prefix)),
        }
    }
}

/// A path from the crate's root; none if it may lead out of the crate.
fn absolute(module: &ModulePath, path: &[String]) -> Option<Vec<String>> {
    let mut base = module.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => {
            base.clear();
            rest = &path[1..];
        }
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|step| step == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        // A child module of this one, or another crate: the child is found later.
        _ => {}
    }
    Some([base, rest.to_vec()].concat())
}

/// Collects the paths of code and macros.
struct Paths<'m>(&'m mut Module, &'m ModulePath);

impl Paths<'_> {
    fn add(&mut self, path: Vec<String>) {
        if path.len() < 2 {
            return;
        }
        let first = path.first().map(String::as_str);
        if matches!(first, Some("crate" | "self" | "super")) {
            self.0.paths.extend(absolute(self.1, &path));
        } else {
            self.0.paths.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|s| s.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add(
            call.path
                .segments
                .iter()
                .map(|s| s.ident.to_string())
                .collect(),
        );
        for path in paths_in(call.tokens.clone()) {
            self.add(path);
        }
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        // Inside of a function: good for the whole module here.
        self.0.import(self.1, import, false);
    }

    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}
}

/// The paths in a macro's arguments: names with `::` between.
fn paths_in(tokens: TokenStream) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    paths.push(std::mem::take(&mut path));
                }
                path.push(ident.to_string());
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                paths.push(std::mem::take(&mut path));
                paths.extend(paths_in(group.stream()));
                colons = 0;
            }
            _ => {
                paths.push(std::mem::take(&mut path));
                colons = 0;
            }
        }
    }
    paths.push(path);
    paths
}

fn is_test(attributes: &[Attribute]) -> bool {
    let is_cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg");
    let mut cfgs = attributes.iter().filter(is_cfg);
    cfgs.any(|cfg| {
        let words = cfg.meta.require_list().map(|list| list.tokens.to_string());
        words.is_ok_and(|words| words == "test" || words == "fuzzing")
    })
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Cuts off the inline test module and every comment.
fn code(text: &str) -> String {
    let body = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = body.lines();
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}
