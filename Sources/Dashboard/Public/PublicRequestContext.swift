public import Hummingbird

/// What a request to the public server carries: nothing but itself.
public struct PublicRequestContext: RequestContext {
    public var coreContext: CoreRequestContextStorage

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// Nothing that readers send is larger; reports of providers are read with a limit of their own.
    public var maxUploadSize: Int { UnsubscribeForm.maximumSize }
}
