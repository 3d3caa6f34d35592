//! Every word on the pages, in each language. A missing one does not compile.

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// English
    #[default]
    En,
    /// 中文
    Zh,
}

impl Lang {
    /// As HTML names it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// As links name it.
    pub const fn short(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// From a link or an `Accept-Language` header: whichever of the two comes first there.
    pub fn choose(parameter: Option<&str>, accept: Option<&str>) -> Self {
        let wanted = parameter
            .filter(|p| !p.is_empty())
            .or(accept)
            .unwrap_or("en")
            .to_lowercase();
        wanted
            .split(',')
            .find_map(|part| match part.trim().get(..2)? {
                "zh" => Some(Self::Zh),
                "en" => Some(Self::En),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::Zh => &ZH,
        }
    }
}

macro_rules! words {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        /// The words of one language.
        #[allow(missing_docs)]
        pub struct Words {
            $(pub $name: &'static str,)*
        }
        const EN: Words = Words { $($name: $en,)* };
        const ZH: Words = Words { $($name: $zh,)* };
    };
}

words! {
    search: "Search", "搜索";
    top: "Overview", "概览";
    trace: "Call", "调用";
    request_id: "Request ID", "请求 ID";
    filter: "Filters", "过滤条件";
    filter_hint: "code!=0 action=Id* cost>=500", "code!=0 action=Id* cost>=500";
    text: "Words", "关键词";
    since: "Since", "最近";
    from: "From", "开始时间";
    to: "To", "结束时间";
    sort: "Sort by", "排序";
    go: "Show", "查询";
    open: "Open", "打开";
    newest: "newest", "最新";
    oldest: "oldest", "最早";
    slowest: "slowest", "最慢";
    any_time: "any time", "不限时间";
    when: "When", "时间";
    took: "Took", "耗时";
    kind: "Kind", "类型";
    monitoring: "monitoring", "监控";
    operation: "operation", "操作";
    action: "Action", "接口";
    service: "Service", "服务";
    caller: "Caller", "调用方";
    app: "App", "应用";
    client: "Client address", "客户端地址";
    agent: "Client", "客户端";
    host: "Host", "主机";
    region: "Region", "地域";
    country: "Country", "国家";
    session: "Session", "会话";
    persons: "Persons", "相关人员";
    code: "Code", "返回码";
    message: "Message", "说明";
    failed: "failed", "失败";
    ok: "ok", "成功";
    no_code: "no code", "无返回码";
    steps: "Steps", "步骤";
    step: "Step", "步骤";
    estimated: "~ the step has no time of its own: placed after the costs before it", "~ 该步骤没有自己的时间，按之前步骤的耗时推算";
    request: "Request", "请求";
    response: "Response", "响应";
    record: "record", "记录";
    records: "Records", "记录";
    taken_out: "taken out", "已脱敏";
    related: "Related calls", "相关调用";
    show_related: "Find related calls", "查找相关调用";
    by: "By", "依据";
    cut: "More records carry this identifier than are shown.", "该标识的记录多于所显示的数量。";
    not_found: "No record carries this request ID.", "没有找到该请求 ID 的记录。";
    nothing: "No record matches.", "没有符合条件的记录。";
    total: "records", "条记录";
    next: "Next page", "下一页";
    previous: "Previous page", "上一页";
    calls: "Calls", "调用次数";
    calls_in_all: "calls", "次调用";
    errors_in_all: "errors", "次错误";
    errors: "Errors", "错误";
    share: "Share", "占比";
    counted_over: "counted over", "统计对象";
    per_minute: "Calls a minute", "每分钟调用次数";
    codes: "Codes", "返回码";
    failing: "Errors by action and caller", "按接口和调用方统计的错误";
    cost: "Cost", "耗时分布";
    all: "all", "全部";
    max: "max", "最大";
    slow_steps: "Slowest steps", "最慢步骤";
    steps_from: "slowest operations that were looked at", "取自最慢的操作条数";
    met: "Met", "出现次数";
    slowest_call: "Slowest in call", "最慢的调用";
    regions: "Regions", "地域";
    sign_in: "Sign in", "登录";
    token: "Token", "令牌";
    token_wrong: "That is not the token.", "令牌不正确。";
    token_hint: "The token is in the file that the server was started with.", "令牌在启动服务时指定的文件中。";
    sign_out: "Sign out", "退出";
    error: "That can't be shown", "无法显示";
    light: "light", "浅色";
    dark: "dark", "深色";
    source: "From", "来源";
    made_by: "Made by tuomin: personal data was taken out before anything was stored.", "由 tuomin 生成：个人数据在存储之前已脱敏。";
    zone: "Times in", "时区";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_chooses() {
        assert_eq!(
            Lang::choose(None, Some("de, zh-CN;q=0.9, en;q=0.8")),
            Lang::Zh
        );
        assert_eq!(Lang::choose(Some("en"), Some("zh")), Lang::En);
        assert_eq!(Lang::choose(Some("xx"), None), Lang::En);
        assert_eq!(Lang::choose(Some("é"), None), Lang::En);
        assert_eq!(Lang::choose(None, None), Lang::En);
    }
}
