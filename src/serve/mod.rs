//! The web page: search, overview and one call, for people without Kibana.
//!
//! Server-side HTML without any script; one style sheet; drawings as inline SVG. A strict content security policy forbids everything else, so that stored
//! text, which is hostile until proven otherwise, could do nothing even if an escape were forgotten. Reads only.
//!
//! The same page bodies make the self-contained files of `tuomin trace --html` and `tuomin top --html`.

pub mod ask;
pub mod auth;
pub mod chart;
pub mod html;
pub mod page;
pub mod search;
pub mod top;
pub mod trace;
pub mod words;

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query as Parameters, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::tz::TimeZone;
use tokio::{net::TcpListener, sync::Semaphore};

use self::{
    ask::Asked,
    auth::{Guard, Verdict},
    html::Html,
    page::{Here, Page, STYLE, Theme},
    words::Lang,
};
use crate::query::{
    source::{Order, Source, SourceError},
    story, time,
    top::TopSpec,
};

/// Questions at once; more wait. Each may cost the store, or the disk, a scan.
const AT_ONCE: usize = 4;
/// A wrong token costs this long.
const WRONG_TOKEN: Duration = Duration::from_millis(700);

/// What the pages need.
pub struct Site {
    /// Where records are.
    pub source: Source,
    /// Who may read.
    pub guard: Guard,
    /// In which zone times are shown.
    pub zone: TimeZone,
    /// The age that is asked for where a reader says nothing about time ([`ask::ANY`]: none).
    pub age: &'static str,
}

struct Shared {
    site: Site,
    turns: Semaphore,
}

type Answer = Result<Response, Failure>;

/// Serves until `stop` is done; answers that are under way are finished.
pub async fn serve(
    listener: TcpListener,
    site: Site,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(site))
        .with_graceful_shutdown(stop)
        .await
}

/// The routes.
pub fn router(site: Site) -> Router {
    let shared = Arc::new(Shared {
        site,
        turns: Semaphore::new(AT_ONCE),
    });
    Router::new()
        .route("/", get(|| async { Redirect::to("/search") }))
        .route("/search", get(search_page))
        .route("/top", get(top_page))
        .route("/trace", get(trace_page))
        .route("/login", get(login_page).post(login))
        .route(
            "/logout",
            post(|| async {
                (
                    [(header::SET_COOKIE, Guard::sign_out())],
                    Redirect::to("/login"),
                )
            }),
        )
        .route(
            "/style.css",
            get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }),
        )
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .layer(middleware::from_fn_with_state(shared.clone(), admit))
        .layer(DefaultBodyLimit::max(4 << 10))
        .layer(middleware::map_response(harden))
        .with_state(shared)
}

/// Lets a request pass or sends its reader to the door.
async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // A form that another site sent on a reader's behalf.
    let foreign = request
        .headers()
        .get("sec-fetch-site")
        .is_some_and(|v| v == "cross-site");
    if foreign && request.method() != axum::http::Method::GET {
        return (StatusCode::FORBIDDEN, "Not from another site.\n").into_response();
    }
    match shared.site.guard.judge(request.headers()) {
        Verdict::Allowed => next.run(request).await,
        Verdict::SignIn if matches!(path, "/login" | "/style.css" | "/favicon.ico") => {
            next.run(request).await
        }
        Verdict::SignIn if request.headers().contains_key(header::AUTHORIZATION) => {
            tokio::time::sleep(WRONG_TOKEN).await;
            StatusCode::UNAUTHORIZED.into_response()
        }
        Verdict::SignIn => Redirect::to("/login").into_response(),
        Verdict::WrongHost => (
            StatusCode::MISDIRECTED_REQUEST,
            "This server answers to localhost only: open it by that name.\n",
        )
            .into_response(),
    }
}

/// Headers that every answer has.
async fn harden(mut response: Response) -> Response {
    const ALL: [(header::HeaderName, &str); 6] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in ALL {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn html(status: StatusCode, text: String) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        text,
    )
        .into_response()
}

type Given = Parameters<HashMap<String, String>>;

impl Shared {
    fn page(
        &self,
        path: &'static str,
        given: &HashMap<String, String>,
        headers: &HeaderMap,
        parameters: Vec<(String, String)>,
    ) -> Page {
        let accept = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|v| v.to_str().ok());
        Page {
            lang: Lang::choose(given.get("lang").map(String::as_str), accept),
            zone: self.site.zone.clone(),
            theme: Theme::parse(given.get("theme").map(String::as_str)),
            here: Some(Here {
                path,
                parameters,
                signed_in: self.site.guard.has_token() && path != "/login",
            }),
        }
    }

    /// Asks the source, when it is this question's turn. Files are read on this thread, which the runtime is told.
    async fn ask<T>(
        &self,
        page: &Page,
        question: impl Future<Output = Result<T, SourceError>>,
    ) -> Result<T, Failure> {
        let _turn = self.turns.acquire().await;
        let answer = match self.site.source {
            Source::Elastic(_) => question.await,
            Source::Files(_) => {
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(question))
            }
        };
        answer.map_err(|error| Failure {
            page: page.clone(),
            form: Html::new(),
            text: error.to_string(),
            status: StatusCode::BAD_GATEWAY,
        })
    }
}

/// An error as a page.
struct Failure {
    page: Page,
    form: Html,
    text: String,
    status: StatusCode,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let words = self.page.words();
        let mut body = self.form;
        body.element("<p class=\"bad\">", words.error, ": ")
            .text(&self.text)
            .markup("</p>");
        html(self.status, self.page.document(words.error, &body))
    }
}

async fn search_page(
    State(shared): State<Arc<Shared>>,
    Parameters(given): Given,
    headers: HeaderMap,
) -> Answer {
    let asked = Asked::new(&given, shared.site.age);
    let page = shared.page("/search", &given, &headers, asked.parameters());
    let form = || asked.form(&page, "/search", true);
    let wrong = |text| Failure {
        page: page.clone(),
        form: form(),
        text,
        status: StatusCode::BAD_REQUEST,
    };
    let query = asked.query(&page, time::now()).map_err(wrong)?;
    let order = Order::parse(&asked.sort).map_err(|e| wrong(e.to_string()))?;
    let found = shared
        .ask(
            &page,
            shared.site.source.search(
                &query,
                order,
                (asked.page - 1) * search::LIMIT,
                search::LIMIT,
            ),
        )
        .await?;
    let mut body = form();
    body.part(&search::body(&asked, &found, &page));
    Ok(html(
        StatusCode::OK,
        page.document(page.words().search, &body),
    ))
}

async fn top_page(
    State(shared): State<Arc<Shared>>,
    Parameters(given): Given,
    headers: HeaderMap,
) -> Answer {
    let asked = Asked::new(&given, shared.site.age);
    let page = shared.page("/top", &given, &headers, asked.parameters());
    let form = || asked.form(&page, "/top", false);
    let query = asked.query(&page, time::now()).map_err(|text| Failure {
        page: page.clone(),
        form: form(),
        text,
        status: StatusCode::BAD_REQUEST,
    })?;
    let found = shared
        .ask(&page, shared.site.source.top(&query, &TopSpec::default()))
        .await?;
    let mut body = form();
    body.part(&top::body(&found, &page));
    Ok(html(StatusCode::OK, page.document(page.words().top, &body)))
}

async fn trace_page(
    State(shared): State<Arc<Shared>>,
    Parameters(given): Given,
    headers: HeaderMap,
) -> Answer {
    let id = given.get("id").map_or("", |id| id.trim());
    let related = given.contains_key("related");
    let mut parameters = vec![("id".to_owned(), id.to_owned())];
    if related {
        parameters.push(("related".to_owned(), "1".to_owned()));
    }
    let page = shared.page("/trace", &given, &headers, parameters);
    if id.is_empty() {
        return Ok(html(
            StatusCode::OK,
            page.document(page.words().trace, &trace::form(&page, "")),
        ));
    }
    let Some(story) = shared
        .ask(&page, story::tell(&shared.site.source, id, related))
        .await?
    else {
        return Ok(html(StatusCode::NOT_FOUND, trace::not_found(&page, id)));
    };
    let mut body = trace::form(&page, id);
    body.part(&trace::body(&story, &page));
    Ok(html(
        StatusCode::OK,
        page.document(&story.request_id, &body),
    ))
}

async fn login_page(
    State(shared): State<Arc<Shared>>,
    Parameters(given): Given,
    headers: HeaderMap,
) -> Response {
    if !shared.site.guard.has_token() {
        return Redirect::to("/search").into_response();
    }
    let page = shared.page("/login", &given, &headers, Vec::new());
    html(
        StatusCode::OK,
        page.document(page.words().sign_in, &login_form(&page, false)),
    )
}

fn login_form(page: &Page, wrong: bool) -> Html {
    let words = page.words();
    let mut form = Html::new();
    form.element(
        "<h1>",
        words.sign_in,
        "</h1>\n<form class=\"ask\" method=\"post\" action=\"/login\"><label>",
    )
    .text(words.token);
    form.markup("<input type=\"password\" name=\"token\" autofocus required autocomplete=\"current-password\"></label><button>");
    form.text(words.sign_in).markup("</button>");
    page.keep(&mut form);
    form.markup("</form>\n");
    if wrong {
        form.element("<p class=\"bad\">", words.token_wrong, "</p>");
    }
    form.element("<p class=\"dim\">", words.token_hint, "</p>");
    form
}

async fn login(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let given: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let token = given.get("token").map_or("", String::as_str);
    if let Some(cookie) = shared.site.guard.sign_in(token) {
        return ([(header::SET_COOKIE, cookie)], Redirect::to("/search")).into_response();
    }
    tokio::time::sleep(WRONG_TOKEN).await;
    let page = shared.page("/login", &given, &headers, Vec::new());
    html(
        StatusCode::UNAUTHORIZED,
        page.document(page.words().sign_in, &login_form(&page, true)),
    )
}
