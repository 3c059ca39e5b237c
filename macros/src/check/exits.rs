//! Expressions beside the function may not end it.

use syn::visit::{Visit, visit_expr};
use syn::{Expr, ExprAsync, ExprClosure, Item};

use crate::args::{Arguments, When};
use crate::fields::{self, Field};
use crate::mistakes::Mistakes;

/// Refuses `?`, `return` and `.await`: telemetry leaves a function's way alone.
pub(super) fn check(arguments: &Arguments, mistakes: &mut Mistakes) {
    let Arguments { fields, user, ok_if, error_if, metrics, .. } = arguments;
    let mut exits = Exits(mistakes);
    for expression in [user, ok_if, error_if].into_iter().flatten() {
        exits.visit_expr(expression);
    }
    let fields = fields.clone().map(fields::split).unwrap_or_default();
    for expression in fields.iter().filter_map(Field::expression) {
        exits.visit_expr(&expression);
    }
    for metric in metrics {
        metric.labels.iter().for_each(|label| exits.visit_expr(&label.value));
        metric.value.iter().for_each(|value| exits.visit_expr(value));
        if let When::If(condition) = &metric.when {
            exits.visit_expr(condition);
        }
    }
}

struct Exits<'a>(&'a mut Mistakes);

impl<'ast> Visit<'ast> for Exits<'_> {
    fn visit_expr(&mut self, expression: &'ast Expr) {
        let found = match expression {
            Expr::Try(_) => Some("?"),
            Expr::Return(_) => Some("return"),
            Expr::Await(_) => Some(".await"),
            _ => None,
        };
        if let Some(found) = found {
            let text = format!(
                "`{found}` would change how the function runs; accepted: an \
                 expression of what is at hand"
            );
            self.0.at(expression, text);
        }
        visit_expr(self, expression);
    }

    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}

    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}

    fn visit_item(&mut self, _: &'ast Item) {}
}
